import access from './access'
import app from './app'
import calendar from './calendar'
import common from './common'
import files from './files'
import home from './home'
import imports from './imports'
import inbox from './inbox'
import org from './org'
import phone from './phone'
import requests from './requests'
import rules from './rules'
import search from './search'
import supervision from './supervision'
import tasks from './tasks'
import todo from './todo'
import views from './views'
import words from './words'

export default {
  access,
  app,
  calendar,
  common,
  files,
  home,
  imports,
  inbox,
  org,
  phone,
  requests,
  rules,
  search,
  supervision,
  tasks,
  todo,
  views,
  words,
}
