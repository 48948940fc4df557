export default {
  heat: {
    label: 'What counts',
    open: 'Open',
    all: 'All',
    hint: 'The deeper the colour, the more of that lamp a unit has against other units.',
  },
  month: {
    done: '{n} done',
    showDone: 'Show what is done',
    off: 'off',
    work: 'work',
    unpublished: 'The notice on days off of {year} has not been entered; only weekends are off.',
  },
  gantt: { names: 'Width of names' },
  filter: {
    find: 'Type a name',
    nothing: 'Nothing found',
    more: 'Only the first {n}; type a name to find others',
    nobody: 'No leader in charge',
  },
}
