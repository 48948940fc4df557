// The page of serve.mjs: short messages on the left, WeChat on the right, the newest first. It asks for itself every two seconds and takes over what
// is new card by card; what somebody is typing stays, and without scripts it can be loaded anew by hand.

/** So many messages are shown on each side, the newest ones. */
export const MOST = 100

export const escaped = (text) => String(text ?? '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** What one said to the other: `out` is what the holder of the telephone said. */
export const bubble = (side, text, small = '') => `<p class="${side}">${text}${small.trim() ? `<small>${escaped(small)}</small>` : ''}</p>`

/** One person's card: whose it is, the forms that write for them, and below it what was said, the newest first. */
export const card = ({ key, title, forms, list }) => `<section data-key="${escaped(key)}"><h3>${title}</h3>${forms}
  <div class="list">${list.join('') || '<p class="none">还没有消息。</p>'}</div></section>`

export const answerForm = (action, name, value, said = '') => `<form method="post" action="${action}"><input type="hidden" name="${name}" value="${escaped(value)}">
  <input name="text" value="${escaped(said)}" placeholder="替收信人回复" aria-label="回复" maxlength="500" autocomplete="off"><button>回复</button></form>`

const STYLE = `
  * { box-sizing: border-box } html, body { height: 100% }
  body { font: 15px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 0; display: flex; flex-direction: column; background: #f3f5f8; color: #1f2733 }
  header { background: #fff; padding: 12px 24px; display: flex; gap: 8px 16px; align-items: center; flex-wrap: wrap; border-bottom: 1px solid #dde3ea }
  h1 { font-size: 18px; margin: 0 } h2 { font-size: 16px; margin: 0 0 8px } h2 small { font-weight: 400 } h3 { font-size: 14px; margin: 0 0 8px; font-variant-numeric: tabular-nums }
  main { flex: 1; min-height: 0; display: grid; grid-template-columns: 1fr 1fr }
  .side { overflow-y: auto; padding: 12px 16px; border-left: 1px solid #dde3ea } .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 12px; align-items: start }
  section { background: #fff; border: 1px solid #dde3ea; border-radius: 12px; padding: 12px 16px; min-width: 0 } .list { max-height: 420px; overflow-y: auto }
  p { margin: 0 0 8px; padding: 8px 12px; border-radius: 10px; overflow-wrap: anywhere } .in { background: #eef2f7; margin-right: 12% } .out { background: #d6ead9; margin-left: 25% }
  .none { color: #55606e; padding: 0 } small { display: block; color: #55606e; font-size: 12px }
  form { display: flex; gap: 8px; margin: 0 0 8px } input[name=text], select { font: inherit; padding: 6px 8px; min-width: 0 } input[name=text] { flex: 1 } button { font: inherit; padding: 6px 12px }
  @media (max-width: 720px) { main { grid: 1fr 1fr / minmax(0, 1fr) } .side { border-left: 0; border-top: 2px solid #c3c9d2 } }`

/** Takes over what is new. A card keeps its forms; while somebody types in a column its cards keep their places, or the cursor would be lost. */
function refresh() {
  const cards = (root) => new Map([...root.querySelectorAll('section')].map((one) => [one.dataset.key, one]))
  const put = (from, to) => from && to && from.innerHTML !== to.innerHTML && (to.innerHTML = from.innerHTML)
  async function take() {
    const text = await fetch('/', { cache: 'no-store' }).then((answer) => answer.text())
    const fresh = new DOMParser().parseFromString(text, 'text/html')
    for (const id of ['note', 'sms-count', 'wechat-count']) put(fresh.getElementById(id), document.getElementById(id))
    for (const id of ['sms', 'wechat']) {
      const [column, next] = [document.getElementById(id), fresh.getElementById(id)]
      const [old, now] = [cards(column), cards(next)]
      for (const [key, one] of old) if (!now.has(key)) one.remove()
      for (const [key, one] of now) {
        const known = old.get(key)
        if (!known) column.prepend(one)
        else {
          put(one.querySelector('h3'), known.querySelector('h3'))
          put(one.querySelector('.list'), known.querySelector('.list'))
          // Who came or left is written to by other forms.
          if (one.dataset.state !== known.dataset.state) known.replaceWith(one)
        }
      }
      if (!column.contains(document.activeElement)) for (const key of [...now.keys()].reverse()) column.prepend(cards(column).get(key))
    }
  }
  const again = () => take().catch(() => undefined).finally(() => setTimeout(again, 2000))
  setTimeout(again, 2000)
  document.addEventListener('submit', async (event) => {
    const form = event.target
    if (form.method !== 'post') return
    event.preventDefault()
    const body = new URLSearchParams(new FormData(form))
    await fetch(form.action, { method: 'POST', body }).catch(() => undefined)
    for (const field of form.querySelectorAll('input[name=text]')) field.value = field.defaultValue
    await take().catch(() => undefined)
  })
}

/** `sms` and `wechat` are `{ cards, shown, all }`. */
export const page = ({ note, moods, sms, wechat }) => {
  const side = (id, title, { cards, shown, all }, none) => `<div class="side"><h2>${title} <small id="${id}-count" style="display:inline">${
    all > shown ? `共 ${all} 条，显示最近 ${shown} 条` : `${all} 条`
  }</small></h2><div class="cards" id="${id}">${cards.join('') || (none ? `<section data-key="none"><p class="none">${none}</p></section>` : '')}</div></div>`
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
  <title>短信与微信（演示）</title><style>${STYLE}</style><header><h1>短信与微信（演示）</h1>
  <form method="post" action="/mood" style="margin:0"><select name="mood" aria-label="短信网关表现">${moods}</select><button>设定短信网关</button></form>
  <span id="note">${escaped(note)}</span></header>
  <main>${side('sms', '短信', sms, '还没有短信。任务逾期或应报未报时，会在这里看到。')}${side('wechat', '微信', wechat, '')}</main>
  <script>(${refresh})()</script></html>`
}
