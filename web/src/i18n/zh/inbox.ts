export default {
  all: '全部',
  unread: '未读 {n}',
  fresh: '（未读）',
  readAll: '全部标为已读',
  news: '{title}：{text}',
  none: '还没有消息',
  noneUnread: '没有未读消息',
  noneText: '交办、督办、临期和逾期提醒都会到这里。',
}
