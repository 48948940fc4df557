export default {
  all: 'All',
  unread: 'Unread {n}',
  fresh: '(unread)',
  readAll: 'Mark all read',
  news: '{title}: {text}',
  none: 'No messages yet',
  noneUnread: 'No unread messages',
  noneText: 'Dispatches, urges and deadline reminders arrive here.',
}
