import { reactive, type Ref } from 'vue'
import type { FileRef } from '@/api/types'
import { explain } from '@/lib/problems'
import { uploadFile } from '../api'

export interface Upload {
  id: number
  file: File
  share: number
  error: string
  cancel(): void
}

let last = 0

/** Uploads into a list of files; what failed stays, with its reason, to be tried again. */
export function useUploads(files: Ref<FileRef[]>) {
  const uploads = reactive<Upload[]>([])
  const drop = (id: number) => {
    const index = uploads.findIndex((upload) => upload.id === id)
    if (index >= 0) uploads.splice(index, 1)
  }

  function start(file: File): void {
    const id = ++last
    uploads.push({ id, file, share: 0, error: '', cancel: () => undefined })
    const upload = uploads.find((one) => one.id === id)
    if (!upload) return
    const { done, cancel } = uploadFile(file, (share) => (upload.share = share))
    upload.cancel = () => {
      cancel()
      drop(id)
    }
    done.then(
      (ref) => {
        drop(id)
        if (!files.value.some((known) => known.id === ref.id)) files.value = [...files.value, ref]
      },
      (error: unknown) => {
        if (error instanceof DOMException) drop(id)
        else upload.error = explain(error)
      },
    )
  }

  function retry(upload: Upload): void {
    drop(upload.id)
    start(upload.file)
  }
  const add = (list: FileList | File[]) => [...list].forEach(start)
  return { uploads, add, retry, drop }
}
