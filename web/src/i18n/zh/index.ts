import access from './access'
import app from './app'
import common from './common'
import words from './words'

export default { access, app, common, words }
