export const UrgesPage = () => import('./UrgesPage.vue')
/** Forms of the action page, fetched with it. */
export const UrgeForm = async () => (await import('./UrgeForm.vue')).default
export const ReplyForm = async () => (await import('./ReplyForm.vue')).default
