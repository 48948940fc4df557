import burden from './burden'
import delegation from './delegation'
import deliveries from './deliveries'
import instruct from './instruct'
import keeper from './keeper'
import orders from './orders'
import reach from './reach'
import reminders from './reminders'
import rules from './rules'
import shapes from './shapes'

/** Words of pages that few open: they come with those pages. */
export default { burden, delegation, deliveries, instruct, keeper, orders, reach, reminders, rules, shapes }
