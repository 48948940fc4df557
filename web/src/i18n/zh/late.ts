import deliveries from './deliveries'
import reach from './reach'
import reminders from './reminders'
import rules from './rules'

/** Words of pages that few open: they come with those pages. */
export default { deliveries, reach, reminders, rules }
