/** Inside WeCom or WeChat the host already shows a title bar and a way back: ours would be the second. */
export function isEmbedded(agent: string = navigator.userAgent): boolean {
  return /MicroMessenger|wxwork/i.test(agent)
}
