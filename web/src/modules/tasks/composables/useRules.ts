import { useQuery } from '@tanstack/vue-query'
import * as api from '../api'

export const RULES_KEY = ['task-rules']
export const useRules = () => useQuery({ queryKey: RULES_KEY, queryFn: api.readRules })
