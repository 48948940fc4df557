import access from './access'
import app from './app'
import common from './common'
import files from './files'
import home from './home'
import imports from './imports'
import inbox from './inbox'
import org from './org'
import supervision from './supervision'
import tasks from './tasks'
import todo from './todo'
import words from './words'

export default { access, app, common, files, home, imports, inbox, org, supervision, tasks, todo, words }
