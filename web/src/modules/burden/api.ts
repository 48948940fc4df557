import { download, get, post } from '@/api/client'
import type {
  AlikeInput,
  AlikeTasks,
  Burden,
  BurdenRulesInput,
  BurdenRulesView,
  BurdenStatement,
  Forecast,
  ForecastInput,
} from '@/api/types'

export const findAlike = (input: AlikeInput) => post<AlikeTasks>('/tasks/alike', input)
export const foresee = (input: ForecastInput) => post<Forecast>('/burden/forecasts', input)
export const readBurden = (whose: { person_id?: string; unit_id?: string }) => get<Burden>('/burden', whose)
export const readBurdenRules = () => get<BurdenRulesView>('/burden-rules')
export const writeBurdenRules = (input: BurdenRulesInput, key: string) =>
  post<BurdenRulesView>('/burden-rules', input, key)

type Period = { from_day: string; to_day: string }
export const readStatement = (period: Period) => get<BurdenStatement>('/burden/statement', period)
export const downloadStatement = (kind: 'csv' | 'docx', period: Period) => download(`/burden/statement.${kind}`, period)
