import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

const modules = 'access|org|tasks|notify|supervision|operations|files|calendar|burden'

/** Other modules are entered by their index.ts only, on the phone also by phone/index.ts; inside a module imports are relative. */
const doors = [
  {
    regex: `^@/modules/(${modules})/(?!phone$).+`,
    message: 'Import another module by its index.ts: @/modules/<name>, or @/modules/<name>/phone in the phone shell.',
  },
  { regex: `^(\\.\\./)+(${modules})(/|$)`, message: 'Import another module by its index.ts: @/modules/<name>.' },
]
const elementPlus = {
  regex: '^element-plus',
  message: 'This file is shared with the phone shell: it stays free of Element Plus.',
}
const downward = { regex: '^@/(modules|app)', message: 'Nothing business-like below the modules.' }
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/components.d.ts', 'src/api/schema.gen.ts'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      ...restrict(...doors),
      '@typescript-eslint/no-invalid-void-type': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
      'max-lines': ['error', { max: 600 }],
    },
  },
  { files: ['**/*.vue'], rules: { 'max-lines': ['error', { max: 300 }] } },
  { files: ['src/api/**', 'src/lib/**'], rules: restrict(...doors, downward, elementPlus) },
  { files: ['src/ui/**'], rules: restrict(...doors, downward) },
  {
    files: [
      'src/ui/*',
      'src/modules/*/{index,api,model,routes}.ts',
      'src/modules/*/composables/**',
      'src/**/phone/**',
      'src/i18n/**',
    ],
    rules: restrict(...doors, elementPlus),
  },
  prettier,
)
