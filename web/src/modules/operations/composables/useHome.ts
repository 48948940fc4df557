import { useQuery } from '@tanstack/vue-query'
import { readHome } from '../api'

export const useHome = () => useQuery({ queryKey: ['home'], queryFn: readHome, staleTime: 30_000 })
