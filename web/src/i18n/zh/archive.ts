export default {
  title: '归档',
  make: '生成归档包',
  making: '正在核对文件…',
  what: '归档包含有本任务及全部下级任务的办理记录、台账和附件，可脱离本系统核验。请将包摘要写入移交清单。',
  made: '归档包已生成',
  download: '下载归档包（{size}）',
  old: '已有变动，不能再下载',
  holds: '{tasks} 项任务，{files} 个附件',
  digest: '包摘要',
  copy: '复制',
  copied: '包摘要已复制',
}
