import deliveries from './deliveries'
import orders from './orders'
import reminders from './reminders'

/** Words of pages that few open: they come with those pages. */
export default { deliveries, orders, reminders }
