import { get, patch, post, put, url } from '@/api/client'
import type {
  AddedPerson,
  Member,
  OrgImport,
  Page,
  Person,
  PersonGlance,
  PersonInput,
  Unit,
  UnitGlance,
  UnitInput,
} from '@/api/types'

export const listUnits = () => get<{ items: Unit[] }>('/units')
export const addUnit = (input: UnitInput, key?: string) => post<Unit>('/units', input, key)
export const editUnit = (id: string, version: number, input: Partial<UnitInput>) =>
  patch<Unit>(`/units/${id}`, { version, ...input })
export const setLiaisons = (id: string, person_ids: string[]) => put<Unit>(`/units/${id}/liaisons`, { person_ids })
export const listPersons = (query: { q?: string; unit_id?: string; cursor?: string | null; limit?: number }) =>
  get<Page<Person>>('/persons', query)
const PAGES = 5
/** Everybody of a unit and of those below it, which is what the server can list; very large ones stay cut. */
export async function personsBelow(unit_id: string): Promise<{ items: Person[]; whole: boolean }> {
  const items: Person[] = []
  let cursor: string | null = null
  for (let page = 0; page < PAGES && (!page || cursor); page++) {
    const answer: Page<Person> = await listPersons({ unit_id, cursor, limit: 200 })
    items.push(...answer.items)
    cursor = answer.next_cursor
  }
  return { items, whole: !cursor }
}
export const addPerson = (input: PersonInput, key?: string) => post<AddedPerson>('/persons', input, key)
export const editPerson = (id: string, version: number, input: Partial<PersonInput> & { active?: boolean }) =>
  patch<Person>(`/persons/${id}`, { version, ...input })
export const resetPassword = (id: string) => post<{ password: string }>(`/persons/${id}/password-reset`)
export const readUnitGlance = (id: string) => get<UnitGlance>(`/units/${id}/glance`)
export const readPersonGlance = (id: string) => get<PersonGlance>(`/people/${id}/glance`)
export const peopleOf = (unitId: string) => get<{ items: Member[] }>(`/units/${unitId}/people`)
export function importOrg(file: File) {
  const body = new FormData()
  body.append('file', file, file.name)
  return post<OrgImport>('/org-imports', body)
}
export const ORG_TEMPLATE = url('/org-imports/template.xlsx')
export const commitOrgImport = (id: string) => post<OrgImport>(`/org-imports/${id}/commit`)
