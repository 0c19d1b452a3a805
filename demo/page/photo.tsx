import { useEffect, useRef } from 'preact/hooks';
import type { Command, PhotoView, ShownMessage } from '../worker/view.js';
import { Icon } from './icons.js';
import { save } from './save.js';

interface Props {
  readonly chat: string;
  readonly message: ShownMessage & { readonly photo: PhotoView };
  /** As it is called where it is shown. */
  readonly sender: string;
  readonly run: (command: Command) => Promise<unknown>;
}

/** A photo where it belongs: its pixels drawn, or a place of its form until somebody asks for it. */
export function Photo({ chat, message, sender, run }: Props) {
  const { photo } = message;
  const ref = { sender: message.sender, id: message.id };
  const whose = sender === 'You' ? 'your photo' : `the photo from ${sender}`;
  return (
    <div class="photo" data-state={photo.state} style={{ aspectRatio: String(formOf(photo)) }}>
      {photo.state === 'here' ? (
        <>
          <Drawn
            label={sender === 'You' ? 'Your photo' : `Photo from ${sender}`}
            isKept={photo.isKept}
            pixels={() => run({ do: 'show-photo', chat, message: ref })}
          />
          {!photo.isKept && (
            <button
              type="button"
              class="round small"
              aria-label={`Save ${whose}`}
              onClick={async () => {
                const bytes = await run({ do: 'save-photo', chat, message: ref });
                if (bytes instanceof Uint8Array)
                  save('photo.jpg', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }));
              }}
            >
              <Icon name="download" />
            </button>
          )}
        </>
      ) : (
        <div class="photo-away">
          <Icon name={photo.isKept ? 'lock' : 'photo'} />
          <p>{wordsFor(photo)}</p>
          {photo.state !== 'loading' && (
            <button
              type="button"
              class="quiet"
              aria-label={`${photo.state === 'failed' ? 'Try again to show' : 'Show'} ${whose}`}
              onClick={() => void run({ do: 'fetch-photo', chat, message: ref })}
            >
              {photo.state === 'failed' ? 'Try again' : 'Show'}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function wordsFor({ state, trouble, isKept }: PhotoView): string {
  if (state === 'loading') return 'Coming …';
  if (trouble) return trouble.text;
  return isKept ? 'Photo, not downloaded by itself here' : 'Photo';
}

/** Wider than high by so much, within what is still pleasant to look at. */
const formOf = ({ width, height }: PhotoView): number => Math.min(2.2, Math.max(0.6, width / height));

interface DrawnProps {
  readonly label: string;
  readonly isKept: boolean;
  readonly pixels: () => Promise<unknown>;
}

function Drawn({ label, isKept, pixels }: DrawnProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Once for each photo that is shown.
  useEffect(() => {
    void pixels().then((bitmap) => {
      if (bitmap instanceof ImageBitmap) draw(canvas.current, bitmap);
    });
  }, []);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      // The browser would offer to save it.
      onContextMenu={(event) => isKept && event.preventDefault()}
    />
  );
}

interface PreviewProps {
  readonly picture: Blob;
}

/** What is about to be sent. Whether it can be is said when it is. */
export function Preview({ picture }: PreviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    createImageBitmap(picture).then(
      (bitmap) => draw(canvas.current, bitmap),
      () => undefined,
    );
  }, [picture]);
  return <canvas ref={canvas} class="preview" role="img" aria-label="The photo that is sent with it" />;
}

function draw(canvas: HTMLCanvasElement | null, bitmap: ImageBitmap): void {
  if (canvas) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  }
  bitmap.close();
}
