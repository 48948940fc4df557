export default {
  to: 'Addressed to',
  text: 'What is asked',
  by: 'Reply by',
  send: 'Send',
  sent: 'Sent',
  due: 'reply by {day}',
  reply: 'Reply',
  answer: 'Reply',
  replied: 'Replied',
  ready: [
    'Please report the present progress and difficulties.',
    'The deadline is near: please hurry and say when it will be done.',
    'The task is overdue: please give the reason and the remedy.',
  ],
}
