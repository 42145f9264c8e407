from exam_engine.cli import main

raise SystemExit(main())
