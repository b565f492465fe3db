import { useEffect, useState } from 'react';

/** Seconds left of a wait that begins with `key`; 0 when it is over. */
export function useCountdown(key: unknown, seconds: number | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (seconds === null) {
      setLeft(0);
      return;
    }
    const end = Date.now() + seconds * 1000;
    const look = (): void => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    look();
    const timer = setInterval(look, 500);
    return () => clearInterval(timer);
  }, [key, seconds]);
  return left;
}
