import { QueryClient } from '@tanstack/vue-query'
import { watch } from 'vue'
import { Problem } from '@/api/client'
import { i18n } from '@/i18n'

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

// Much of what is kept here is the server's words: in another language all of it is read again.
watch(i18n.global.locale, () => void queryClient.invalidateQueries())
