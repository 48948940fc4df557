import type { Person, PostKind, Unit } from '@/api/types'

/** Found by name, short name or any former name. */
export function matchesUnit(unit: Unit, words: string): boolean {
  const needle = words.trim().toLowerCase()
  if (!needle) return true
  return [unit.name, unit.short_name, ...unit.aliases].some((name) => name.toLowerCase().includes(needle))
}

/** The units to show when some are folded: depth-first order is the server's. */
export function visibleUnits(units: readonly Unit[], folded: ReadonlySet<string>): Unit[] {
  const hidden = new Set<string>()
  return units.filter((unit) => {
    const parent = unit.parent_id
    if (parent && (hidden.has(parent) || folded.has(parent))) {
      hidden.add(unit.id)
      return false
    }
    return true
  })
}

export function descendants(units: readonly Unit[], id: string): Set<string> {
  const found = new Set([id])
  for (const unit of units) if (unit.parent_id && found.has(unit.parent_id)) found.add(unit.id)
  return found
}

/** '管委会 › 财政局 › 预算科' */
export function unitPath(units: readonly Unit[], id: string): string {
  const byId = new Map(units.map((unit) => [unit.id, unit]))
  const names: string[] = []
  for (let unit = byId.get(id); unit; unit = unit.parent_id ? byId.get(unit.parent_id) : undefined) {
    names.unshift(unit.short_name)
    if (names.length > 12) break
  }
  return names.join(' › ')
}

/** The order in which an office lists its people. */
export const POSTS: readonly PostKind[] = ['leader', 'head', 'deputy', 'staff']

/** The persons of one unit, or of it and those below: by post, then by name. */
export function rosterOf(persons: readonly Person[], unitId: string, below: boolean): Person[] {
  const here = (person: Person) => person.tenures.filter((one) => one.unit.id === unitId)
  const rank = (person: Person) => {
    const posts = below ? person.tenures : here(person)
    return Math.min(POSTS.length, ...posts.map((one) => POSTS.indexOf(one.post_kind)))
  }
  return persons
    .filter((person) => below || here(person).length > 0)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'zh-CN'))
}
