// The page of serve.mjs: two gateways stand side by side, of more one at a time, the newest message first. It asks for itself every two seconds and
// takes over what is new card by card; what somebody is typing stays, and without scripts it can be loaded anew by hand.

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
  main { flex: 1; min-height: 0; display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr) }
  nav { background: #fff; display: flex; flex-wrap: wrap; gap: 4px; padding: 8px 16px; border-bottom: 1px solid #dde3ea } nav a { padding: 4px 12px; border-radius: 8px; color: inherit; text-decoration: none }
  nav a[aria-current] { background: #dbe7f7; font-weight: 600 } nav a.odd { color: #a33b00 } nav small { display: inline } .head { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; margin-bottom: 8px } .head h2, .head form { margin: 0 }
  .side { overflow-y: auto; padding: 12px 16px; border-left: 1px solid #dde3ea } .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 12px; align-items: start }
  section { background: #fff; border: 1px solid #dde3ea; border-radius: 12px; padding: 12px 16px; min-width: 0 } .list { max-height: 420px; overflow-y: auto }
  p { margin: 0 0 8px; padding: 8px 12px; border-radius: 10px; overflow-wrap: anywhere } .in { background: #eef2f7; margin-right: 12% } .out { background: #d6ead9; margin-left: 25% }
  .none { color: #55606e; padding: 0 } small { display: block; color: #55606e; font-size: 12px }
  form { display: flex; gap: 8px; margin: 0 0 8px } input[name=text], select { font: inherit; padding: 6px 8px; min-width: 0 } input[name=text] { flex: 1 } button { font: inherit; padding: 6px 12px }
  @media (max-width: 720px) { main { grid-auto-flow: row; grid-auto-rows: minmax(0, 1fr) } .side { border-left: 0; border-top: 2px solid #c3c9d2 } }`

/** Takes over what is new. A card keeps its forms; while somebody types in a column its cards keep their places, or the cursor would be lost. */
function refresh() {
  const cards = (root) => new Map([...root.querySelectorAll('section')].map((one) => [one.dataset.key, one]))
  const put = (from, to) => from && to && from.innerHTML !== to.innerHTML && (to.innerHTML = from.innerHTML)
  async function take() {
    const text = await fetch(location.href, { cache: 'no-store' }).then((answer) => answer.text())
    const fresh = new DOMParser().parseFromString(text, 'text/html')
    for (const one of document.querySelectorAll('[data-live]')) put(fresh.getElementById(one.id), one)
    for (const column of document.querySelectorAll('.cards')) {
      const next = fresh.getElementById(column.id)
      if (!next) continue
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

const moodForm = ({ code, label, mood, moods }, words) => {
  const choices = moods.map((one) => `<option value="${one}"${one === mood ? ' selected' : ''}>${words[one]}</option>`).join('')
  return `<form method="post" action="/mood?of=${code}"><select name="mood" aria-label="${escaped(label)}的表现">${choices}</select><button>设定</button></form>`
}

const column = (side, words) => {
  const { code, label, hint, mood, moods, cards, shown, all } = side
  const figures = all > shown ? `共 ${all} 条，显示最近 ${shown} 条` : `${all} 条`
  const odd = mood && mood !== 'well' ? `，${words[mood]}` : ''
  const none = `<section data-key="none"><p class="none">还没有消息。${code === 'sms' ? '任务逾期或应报未报时，会在这里看到。' : ''}</p></section>`
  return `<div class="side"><div class="head"><h2>${escaped(label)} <small id="${code}-count" data-live style="display:inline">${figures}${odd}</small></h2>
    ${moods ? moodForm(side, words) : ''}<small id="${code}-hint" data-live>${escaped(hint)}</small></div><div class="cards" id="${code}">${cards.join('') || none}</div></div>`
}

/** Which of them is seen, and how each does. */
const tabs = (sides, seen) =>
  `<nav id="tabs" data-live aria-label="通道">${sides
    .map(({ code, label, mood, all, last }) => {
      const odd = mood && mood !== 'well' ? ' class="odd"' : ''
      const here = seen.some((one) => one.code === code) ? ' aria-current="page"' : ''
      const at = last ? ` ${last.split(' ')[1]}` : ''
      return `<a href="/?of=${code}"${odd}${here}>${escaped(label)} <small>${all}${at}</small></a>`
    })
    .join('')}</nav>`

/** `sides` are `{ code, label, hint, mood, moods, cards, shown, all, last }`; of more than two `of` is seen, or the first. */
export const page = ({ note, sides, of, moods }) => {
  const few = sides.length <= 2
  const seen = few ? sides : [sides.find(({ code }) => code === of) ?? sides[0]]
  const title = few ? '短信与微信（演示）' : '全部通道（演示）'
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
  <title>${title}</title><style>${STYLE}</style><header><h1>${title}</h1><span id="note" data-live>${escaped(note)}</span></header>
  ${few ? '' : tabs(sides, seen)}<main>${seen.map((side) => column(side, moods)).join('')}</main><script>(${refresh})()</script></html>`
}
