"""What Discovery is made of: licences, ages and a bill of materials of its dependencies."""
