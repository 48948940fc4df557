/** The files of what is pasted. A spreadsheet or a text editor adds a picture to the words it copies: then the words are meant. */
export function pastedFiles({ clipboardData: data }: ClipboardEvent): File[] {
  if (!data || (data.types.includes('text/html') && data.getData('text/plain'))) return []
  return [...data.files]
}
