export const badge = (unread: number) => (unread > 99 ? '99+' : String(unread))

/** Whether reminders and urges are heard, too, while a page is open: of this browser. */
export const SOUND = 'sbc.sound'
