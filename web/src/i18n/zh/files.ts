export default { title: '文件', add: '添加文件', dropHint: '也可以把文件拖到这里' }
