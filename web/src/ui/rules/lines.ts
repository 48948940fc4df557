/** What one text of lines has another than another: what stayed is left out, what took a line's place stands beside it. */
export interface LineChange {
  was?: string
  is?: string
}

/** How many lines two texts share from each pair of places on. */
function shared(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => table[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = table[i]
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  return table
}

export function lineChanges(from: readonly string[], to: readonly string[]): LineChange[] {
  const table = shared(from, to)
  const found: LineChange[] = []
  let [was, is]: [string[], string[]] = [[], []]
  /** Between two lines that stayed, the first took the place of the first. */
  const pair = () => {
    for (let n = 0; n < Math.max(was.length, is.length); n++) found.push({ was: was[n], is: is[n] })
    ;[was, is] = [[], []]
  }
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const [a, b] = [from[i], to[j]]
    if (a !== undefined && a === b) {
      pair()
      i += 1
      j += 1
    } else if (b === undefined || (a !== undefined && (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      was.push(a ?? '')
      i += 1
    } else {
      is.push(b)
      j += 1
    }
  }
  pair()
  return found
}
