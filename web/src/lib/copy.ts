/** Puts words on the clipboard; false where the browser does not let us. Over plain http there is only the old way. */
export async function copyText(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined
  const copied = await clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  return copied || copyByHand(text)
}

function copyByHand(text: string): boolean {
  const box = document.createElement('textarea')
  box.value = text
  box.readOnly = true
  box.style.cssText = 'position: fixed; top: 0; opacity: 0'
  document.body.append(box)
  box.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    box.remove()
  }
}
