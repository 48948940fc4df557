import { mayKeepRules } from './model'
import { useSession } from './session'

/** The reader of a page of rules: everybody may look, who keeps them changes them. */
export function useRulesReader() {
  const session = useSession()
  return {
    person: session.me?.person.id ?? '',
    today: () => session.today,
    keeps: () => mayKeepRules(session.roles),
  }
}
