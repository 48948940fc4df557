export const badge = (unread: number) => (unread > 99 ? '99+' : String(unread))
