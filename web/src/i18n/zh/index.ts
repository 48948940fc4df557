import access from './access'
import again from './again'
import app from './app'
import archive from './archive'
import calendar from './calendar'
import common from './common'
import files from './files'
import home from './home'
import imports from './imports'
import inbox from './inbox'
import kinds from './kinds'
import life from './life'
import org from './org'
import phone from './phone'
import progress from './progress'
import requests from './requests'
import search from './search'
import supervision from './supervision'
import talk from './talk'
import tasks from './tasks'
import todo from './todo'
import views from './views'
import words from './words'

export default {
  access,
  again,
  app,
  archive,
  calendar,
  common,
  files,
  home,
  imports,
  inbox,
  kinds,
  life,
  org,
  phone,
  progress,
  requests,
  search,
  supervision,
  talk,
  tasks,
  todo,
  views,
  words,
}
