import burden from './burden'
import deliveries from './deliveries'
import reminders from './reminders'

/** Words of pages that few open: they come with those pages. */
export default { burden, deliveries, reminders }
