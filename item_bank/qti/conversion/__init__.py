"""Earlier versions of QTI as QTI 3. Each module is one version; the line numbers stay."""
