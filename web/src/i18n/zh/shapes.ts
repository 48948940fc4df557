/** Shapes of the list and what of a filter is looked for by name: they come with their pages. */
export default {
  heat: {
    label: '统计范围',
    open: '在办',
    all: '全部',
    hint: '颜色越深，该单位这一种灯在各单位中越多。',
  },
  month: {
    done: '已办 {n}',
    showDone: '显示已办的',
    off: '休',
    work: '班',
    unpublished: '{year} 年放假通知还没有录入，只按周末计休。',
  },
  gantt: { names: '名称列宽' },
  filter: {
    find: '输入名称查找',
    nothing: '没有找到',
    more: '只列出前 {n} 个，请输入名称查找',
    nobody: '没有分管领导',
  },
}
