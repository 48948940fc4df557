export default {
  title: 'Archive',
  make: 'Make a package',
  making: 'Checking the files…',
  what: 'A package holds the records, the ledger and the files of this task and of all below it, and can be checked without this system. Please note its digest where the handing over is written down.',
  made: 'The package is ready',
  download: 'Download the package ({size})',
  old: 'Changed since, no longer to be had',
  holds: '{tasks} tasks, {files} files',
  digest: 'Digest',
  copy: 'Copy',
  copied: 'The digest was copied',
}
