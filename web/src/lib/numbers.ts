/** 62.5 → '62.5', 60 → '60': no more decimals than there are. */
export function plain(value: number, decimals = 2): string {
  return String(Math.round(value * 10 ** decimals) / 10 ** decimals)
}

export const percent = (value: number) => `${plain(value, 1)}%`

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KB', 'MB', 'GB']
  let value = bytes
  let unit = -1
  do {
    value /= 1024
    unit++
  } while (value >= 1024 && unit < units.length - 1)
  return `${plain(value, value < 10 ? 1 : 0)} ${units[unit]}`
}

/** Thousandths of a yuan as yuan: to the cent, below one yuan to the tenth of a cent. */
export const yuan = (thousandths: number) => plain(thousandths / 1000, Math.abs(thousandths) < 1000 ? 3 : 2)
