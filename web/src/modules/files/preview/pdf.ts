/** Whether a page can show a PDF in itself. The browsers inside apps on Android cannot, whatever they say of themselves. */
export function showsPdf({ userAgent, pdfViewerEnabled }: Pick<Navigator, 'userAgent'> & Partial<Navigator>): boolean {
  const android = /Android|OpenHarmony/i.test(userAgent)
  if (android && /MicroMessenger|wxwork|; wv\)/i.test(userAgent)) return false
  return pdfViewerEnabled ?? !android
}
