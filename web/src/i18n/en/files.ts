export default { title: 'Files', add: 'Add files', dropHint: 'or drop them here' }
