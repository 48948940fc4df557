import type { Party, PartyInput, PartyRole } from '@/api/types'

/** What a unit takes part as beside the one that leads, the usual first. */
export const FURTHER_ROLES = [
  'co',
  'co_lead',
  'summary',
  'implement',
  'charge_leader',
] as const satisfies readonly PartyRole[]
export type FurtherRole = (typeof FURTHER_ROLES)[number]

/** What is said of a unit beside the one that leads: as what it takes part, who there, and what is asked of it by when. */
export interface Part {
  role: FurtherRole
  person: string
  demand: string
  due_day: string
}
/** Who takes part: a unit only once. What a browser has kept from before there were roles says nothing of them. */
export interface Parties {
  lead: string
  /** Every unit beside the one that leads, whatever its role. */
  co: string[]
  parts: Record<string, Partial<Part>>
}

export const partOf = (parts: Parties['parts'], unit: string): Part => ({
  role: 'co',
  person: '',
  demand: '',
  due_day: '',
  ...parts[unit],
})

export function furtherOf(parties: readonly Party[]): Pick<Parties, 'co' | 'parts'> {
  const further = parties.filter((party) => party.role !== 'lead')
  return {
    co: further.map((party) => party.unit.id),
    parts: Object.fromEntries(
      further.map(({ unit, role, person, demand, due_day }) => [
        unit.id,
        { role: role as FurtherRole, person: person?.id ?? '', demand: demand ?? '', due_day: due_day ?? '' },
      ]),
    ),
  }
}

/** What is sent of those beside the lead. */
export function furtherInput({ lead, co, parts }: Parties): PartyInput[] {
  return co
    .filter((unit) => unit !== lead)
    .map((unit_id) => {
      const { role, person, demand, due_day } = partOf(parts, unit_id)
      const input: PartyInput = { unit_id, role }
      if (person) input.person_id = person
      // An empty demand takes a former one away; where nothing was ever said, nothing is sent.
      return parts[unit_id] ? { ...input, demand: demand.trim(), due_day: due_day || null } : input
    })
}

/** Those that simply take part: the usual case has no other. */
export const coUnits = ({ co, parts }: Parties): string[] => co.filter((unit) => partOf(parts, unit).role === 'co')

/** With these that simply take part; the others stay what and where they are. */
export function withCo(now: Parties, chosen: readonly string[]): Pick<Parties, 'co' | 'parts'> {
  const stay = now.co.filter((unit) => partOf(now.parts, unit).role !== 'co' || chosen.includes(unit))
  const added = chosen.filter((unit) => !now.co.includes(unit))
  return added.reduce((all, unit) => withParty({ ...now, ...all }, unit, 'co'), { co: stay, parts: now.parts })
}
/** What was typed for a unit that went and comes back is there again, its former role and person are not. */
export function withParty(now: Parties, unit: string, role: FurtherRole): Pick<Parties, 'co' | 'parts'> {
  const { demand, due_day } = partOf(now.parts, unit)
  const known = now.parts[unit] !== undefined || role !== 'co'
  return {
    co: [...now.co, unit],
    parts: known ? { ...now.parts, [unit]: { role, person: '', demand, due_day } } : now.parts,
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
/** After somebody else's change units are compared one by one: theirs come in, theirs that went go, unless one has touched them. */
export function mergedParties(mine: Parties, base: Parties, theirs: Parties): Pick<Parties, 'co' | 'parts'> {
  const touched = (unit: string) => !same(partOf(mine.parts, unit), partOf(base.parts, unit))
  const left = (unit: string) => base.co.includes(unit) && !theirs.co.includes(unit) && !touched(unit)
  const came = theirs.co.filter((unit) => !base.co.includes(unit) && !mine.co.includes(unit))
  const mineOnly = Object.entries(mine.parts).filter(([unit]) => touched(unit))
  return {
    co: [...mine.co.filter((unit) => !left(unit)), ...came],
    parts: { ...mine.parts, ...theirs.parts, ...Object.fromEntries(mineOnly) },
  }
}
