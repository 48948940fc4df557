/** Hands a file to the browser, which saves it as its user has set. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // Some browsers begin to read after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
