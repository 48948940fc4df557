import { useI18n } from 'vue-i18n'
import type { Action, Request } from '@/api/types'
import { shortDay } from '@/lib/dates'
import { useSession } from '@/modules/access'

/** A request in words, the same at the desk and on the phone. */
export function useRequestWords() {
  const { t } = useI18n()
  const session = useSession()
  const short = (day: string) => shortDay(day, session.today)

  /** What somebody did by it: 申请延期至 12-20. */
  function asked({ kind, new_day, proposed_unit }: Request): string {
    if (kind === 'extend' && new_day) return t('requests.asked.extendTo', { day: short(new_day) })
    if (kind === 'transfer' && proposed_unit) return t('requests.asked.transferTo', { unit: proposed_unit.short_name })
    return t(`requests.asked.${kind}`)
  }
  /** What stands beside the reason. */
  function facts({ kind, reason_class, basis, new_day, proposed_unit }: Request): { name: string; text: string }[] {
    const all = [
      { name: t('requests.class.label'), text: reason_class && t(`requests.class.${reason_class}`) },
      { name: t('requests.decide.basis'), text: basis },
      { name: t('requests.decide.expected'), text: kind === 'suspend' && new_day ? short(new_day) : '' },
      {
        name: '',
        text: kind === 'return' && proposed_unit ? t('tasks.ruling.proposed', { unit: proposed_unit.short_name }) : '',
      },
    ]
    return all.flatMap(({ name, text }) => (text ? [{ name, text }] : []))
  }
  /** What I may do about it now. */
  function actions(request: Request, can: readonly Action[]): Action[] {
    const open = request.state === 'open'
    const all: [Action, boolean][] = [
      ['rule', open && request.kind === 'return' && can.includes('rule')],
      ['decide_close', open && request.kind === 'close' && can.includes('decide_close')],
      ['decide', request.may_decide],
      ['withdraw', request.may_withdraw],
      ['recheck', request.may_recheck],
    ]
    return all.flatMap(([action, may]) => (may ? [action] : []))
  }
  return { asked, facts, actions }
}
