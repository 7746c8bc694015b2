import { useEffect, useRef, useState } from 'react';

interface Props {
  /** Called with each code that is seen; with the same one again only when it was out of sight. */
  onCode: (code: string) => void;
  label: string;
  denied: string;
  insecure: string;
}

const LOOK_EVERY_MS = 140;
const OUT_OF_SIGHT_MS = 900;
const WIDTH_MAX = 960;

/** The phone's camera as a scanner. */
export function Camera({ onCode, label, denied, insecure }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onCode);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    latest.current = onCode;
  });
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    let last = { code: '', at: 0 };

    const look = async (decode: (picture: ImageData) => Promise<string | null>) => {
      const from = video.current;
      if (over || !from || !pen) return;
      if (from.videoWidth) {
        const scale = Math.min(1, WIDTH_MAX / from.videoWidth);
        canvas.width = Math.round(from.videoWidth * scale);
        canvas.height = Math.round(from.videoHeight * scale);
        pen.drawImage(from, 0, 0, canvas.width, canvas.height);
        const code = await decode(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => null);
        const now = performance.now();
        if (code && !over) {
          const fresh = code !== last.code || now - last.at > OUT_OF_SIGHT_MS;
          last = { code, at: now };
          if (fresh) latest.current(code);
        }
      }
      if (!over) timer = setTimeout(() => void look(decode), LOOK_EVERY_MS);
    };

    const begin = async () => {
      if (!navigator.mediaDevices) return setFault(insecure);
      try {
        const reading = import('./decode');
        stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } } });
        if (over || !video.current) return stream.getTracks().forEach((track) => track.stop());
        video.current.srcObject = stream;
        await video.current.play();
        const { decode } = await reading;
        await look(decode);
      } catch {
        if (!over) setFault(denied);
      }
    };
    void begin();
    return () => {
      over = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [denied, insecure]);

  if (fault)
    return (
      <p className="camera-fault" role="alert">
        {fault}
      </p>
    );
  return <video ref={video} className="camera" playsInline muted aria-label={label} />;
}
