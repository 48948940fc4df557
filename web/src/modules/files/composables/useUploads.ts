import { reactive, type Ref } from 'vue'
import type { FileRef } from '@/api/types'
import { explain } from '@/lib/problems'
import { sendFile } from '../api'
import type { Standing } from '../resume'

export interface Upload {
  id: number
  file: File
  share: number
  error: string
  standing: Standing
  cancel(): void
  /** Pauses or goes on; only what is sent in pieces can. */
  toggle?: () => void
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
    uploads.push({ id, file, share: 0, error: '', standing: 'sending', cancel: () => undefined })
    const upload = uploads.find((one) => one.id === id)
    if (!upload) return
    const { done, cancel, pause, go } = sendFile(
      file,
      (share) => (upload.share = share),
      (standing) => (upload.standing = standing),
    )
    if (pause && go) upload.toggle = () => (upload.standing === 'paused' ? go() : pause())
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
