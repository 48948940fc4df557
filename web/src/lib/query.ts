import { QueryClient } from '@tanstack/vue-query'
import { Problem } from '@/api/client'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: true,
      // What the server refused stays refused; the client itself repeats broken lines.
      retry: (count, error) => error instanceof Problem && error.status >= 502 && count < 2,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
