/** The sign of the product: plots of land in a frame. */
export function Mark() {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4 6h24v20H4z" fill="none" stroke="currentColor" strokeWidth="2" />
      <path
        d="M4 13.5c8.5-3.5 15 3.5 24 0M16 6v20M4 20.5c6-2.5 8 1 12 0"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
    </svg>
  );
}
