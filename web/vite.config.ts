import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { gzipAssets } from './build/gzip.ts'
import { phoneShell } from './build/shell.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** `/m` and `/m/*` belong to the phone shell, in development as behind the real server. */
const phoneFallback: Plugin = {
  name: 'phone-fallback',
  configureServer(server) {
    server.middlewares.use((req, _res, next) => {
      const path = (req.url ?? '').split('?')[0] ?? ''
      if (path === '/m' || path.startsWith('/m/')) req.url = '/m.html'
      next()
    })
  },
}

/** What both shells always need comes in two pieces, not in forty: on a bad line each request counts. */
const shared = [
  { name: 'base', test: /node_modules\/(vue|@vue|vue-router|pinia|vue-i18n|@intlify|@tanstack)\//, priority: 2 },
  {
    name: 'common',
    test: /src\/((lib|api|ui|modules\/access)\/[^/]+\.(ts|vue)$|i18n\/(index\.ts|zh\/(?!late|burden|delegation|deliveries|keeper|orders|reach|reminders|rules|shapes))|app\/guard|modules\/[^/]+\/([^/]+\.ts|composables\/))/,
    priority: 1,
  },
]

export default defineConfig({
  plugins: [
    vue(),
    Components({ dirs: [], dts: 'src/components.d.ts', resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    phoneFallback,
    phoneShell(),
    gzipAssets(),
  ],
  resolve: { alias: { '@': at('./src') } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: ['chrome87', 'edge88', 'firefox78', 'safari14'],
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: { index: at('./index.html'), m: at('./m.html') },
      output: { codeSplitting: { groups: shared } },
    },
  },
  server: { port: 5173, proxy: { '/api': { target: 'http://127.0.0.1:8720', changeOrigin: false } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
