/** Photos from a phone are several megabytes; what a report needs is a tenth of that. */
export const LONG_EDGE = 1600
export const QUALITY = 0.82

/** The size that fits, never larger than the picture is. */
export function fit(width: number, height: number, edge = LONG_EDGE): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

async function decode(file: Blob): Promise<{ image: CanvasImageSource; width: number; height: number; free(): void }> {
  if (typeof createImageBitmap === 'function') {
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
      return { image: bitmap, width: bitmap.width, height: bitmap.height, free: () => bitmap.close() }
    } catch {
      // Older engines refuse the option; an <img> turns the picture by itself.
    }
  }
  const url = URL.createObjectURL(file)
  const image = new Image()
  await new Promise((done, failed) => {
    image.onload = done
    image.onerror = failed
    image.src = url
  })
  return { image, width: image.naturalWidth, height: image.naturalHeight, free: () => URL.revokeObjectURL(url) }
}

/** Makes a photo small enough for a bad line; what cannot be read or would not shrink stays as it is. */
export async function downscale(file: File): Promise<File> {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file
  try {
    const { image, width, height, free } = await decode(file)
    const size = fit(width, height)
    const canvas = document.createElement('canvas')
    canvas.width = size.width
    canvas.height = size.height
    const context = canvas.getContext('2d')
    if (!context) return file
    // A transparent picture becomes white, not black.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, size.width, size.height)
    context.drawImage(image, 0, 0, size.width, size.height)
    free()
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    if (!blob || (blob.size >= file.size && file.type === 'image/jpeg')) return file
    return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' })
  } catch {
    return file
  }
}
