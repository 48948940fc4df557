export default {
  title: 'Full-text search',
  hint: 'Titles, demands, reports, urges, comments, files; several words with spaces',
  results: 'What was found',
  ask: 'What are you looking for?',
  askText:
    'A few characters will do; separate words with spaces; what stands in quotation marks is found as it is; the number of a task finds it at once.',
  none: 'Nothing found for “{q}”',
  noneText: 'Only tasks that you may see are found. Try fewer or other words.',
  noneOfKind: 'Try all kinds.',
  anyKind: 'All kinds',
  kind: {
    label: 'Kind',
    all: 'All',
    task: 'Tasks',
    report: 'Reports',
    request: 'Requests',
    urge: 'Urges',
    note: 'Notes',
    comment: 'Comments',
    beside: 'Parts and risks',
    file: 'Files',
  },
}
