import access from './access'
import again from './again'
import app from './app'
import archive from './archive'
import burden from './burden'
import calendar from './calendar'
import common from './common'
import delegation from './delegation'
import deliveries from './deliveries'
import files from './files'
import home from './home'
import imports from './imports'
import inbox from './inbox'
import instruct from './instruct'
import keeper from './keeper'
import kinds from './kinds'
import life from './life'
import orders from './orders'
import org from './org'
import phone from './phone'
import progress from './progress'
import reach from './reach'
import reminders from './reminders'
import requests from './requests'
import rules from './rules'
import search from './search'
import supervision from './supervision'
import talk from './talk'
import tasks from './tasks'
import todo from './todo'
import shapes from './shapes'
import views from './views'
import words from './words'

export default {
  access,
  again,
  app,
  archive,
  burden,
  calendar,
  common,
  delegation,
  deliveries,
  files,
  home,
  imports,
  inbox,
  instruct,
  keeper,
  kinds,
  life,
  orders,
  org,
  phone,
  progress,
  reach,
  reminders,
  requests,
  rules,
  search,
  supervision,
  talk,
  tasks,
  todo,
  shapes,
  views,
  words,
}
